"""`yzt clearing`: clearing sets 清算数据 as CSV files: an example, a check without a bank, sending one as a broker."""
