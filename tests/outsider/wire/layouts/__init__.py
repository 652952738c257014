"""What each message of section 6 has, in its order: tables that another program was written from."""
