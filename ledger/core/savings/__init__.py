"""What savings accounts earn: days counted, interest that is due."""
