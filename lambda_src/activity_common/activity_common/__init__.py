"""What the three activity functions share: the contract, the record on the stream, the table's keys, answers."""
