"""How connections come in: strangers bounded and looked at in turns, TLS, whom a connection may speak for."""
