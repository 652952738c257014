"""The money of one account: what it has and may do, what orders freeze, what is moved, withheld, brought and taken."""
