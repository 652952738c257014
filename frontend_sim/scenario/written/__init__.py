"""The file of a story: what it may say, and everything that is found wrong with it before a process is started."""
