"""Messages of the business day, and the questions of its desk."""
