"""What a seat can be asked to do: verbs, the records that they make, and the arguments that they take."""
