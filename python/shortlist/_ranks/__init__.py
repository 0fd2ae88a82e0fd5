"""Training over ranks that an engine starts: shards of its data, the ranks' processes, and the driver."""
