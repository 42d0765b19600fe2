"""What the people who are signed in work with: home, the whole page of a place, of a visit."""
