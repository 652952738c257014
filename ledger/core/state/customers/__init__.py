"""What is kept of customers beside their columns: contracts pushed by brokers, restraints."""
