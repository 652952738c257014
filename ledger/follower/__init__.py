"""The follower: a process that replays committed journal rows into SQL, snapshots and a comparison of states."""
