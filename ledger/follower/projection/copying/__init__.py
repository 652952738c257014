"""PostgreSQL's binary COPY, built from arrays: rows of scalars, arrays within rows, many records in one row."""
