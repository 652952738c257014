"""The wire between the bank and its partners: words, limits, bytes and the session. Pure, except `protocol.client`."""
