"""What a partner has of us: the SDK's wheel, the page that is tried, a practice bank."""
