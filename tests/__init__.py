"""The tests of Yinzhengtong: examples first, properties second. Nothing here is imported by the product."""
