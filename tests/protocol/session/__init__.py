"""Both ends of a session: states, logon, numbers, beats, words about a link."""
