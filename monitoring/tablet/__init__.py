"""What a monitor carries: the pages and the programming interface of the tablet."""
