"""Errors planted in what orders through the bank are judged by, and in what becomes of them."""
