"""Jobs that are enqueued at times of the clock."""
