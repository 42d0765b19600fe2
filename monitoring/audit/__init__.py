"""Who did what and when, in a chain that shows if a row was changed or taken out; never what was written."""
