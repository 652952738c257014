"""Days and weeks by chance, as an outsider sees them: drawn, told, followed."""
