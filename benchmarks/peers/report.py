"""What every peer prints: one JSON object."""

import json
import statistics


def print_steps(peer, version, threads, seconds, warm_up):
    times = [1e3 * s for s in seconds[warm_up:]]
    print(json.dumps({
        "peer": peer, "version": version, "threads": threads, "steps": len(times),
        "ms": statistics.median(times), "ms_min": min(times), "first_ms": 1e3 * seconds[0],
    }))
