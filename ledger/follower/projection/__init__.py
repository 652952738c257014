"""The read model in SQL: batches of rows as COPY data, one transaction each."""
