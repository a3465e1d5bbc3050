"""What the site costs, beside what else would do the same work (`make bench`)."""
