"""A broker's clearing set 清算数据, from the words of one line to the whole set sent and completed."""
