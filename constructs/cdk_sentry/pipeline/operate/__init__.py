"""What is done to a deployed pipeline by hand: replaying what was set aside, erasing a user. Needs boto3."""
