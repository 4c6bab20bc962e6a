"""Sound and picture.  Knows peers and stages; not members, not meetings.  Runs in its own process."""
