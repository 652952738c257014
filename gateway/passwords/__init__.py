"""The password desk: opens what customers seal to it, checks trading passwords, tells the core who has signed on."""
