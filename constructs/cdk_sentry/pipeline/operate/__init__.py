"""What is done to a deployed pipeline by hand: looking at what was set aside, replaying it, erasing a user."""
