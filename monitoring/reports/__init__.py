"""Reports: drafted from a visit, written by people, reviewed, approved and published."""
