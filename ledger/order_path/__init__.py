"""From frames to durable answers: groups, decisions, the commit, the gate."""
