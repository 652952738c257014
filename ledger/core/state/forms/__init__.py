"""The state in other forms than its columns: named arrays for files, slices for digests, layouts and their steps."""
