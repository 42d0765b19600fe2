"""What every room stands on; knows no feature by name."""
