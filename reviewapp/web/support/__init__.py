"""What every web feature shares."""
