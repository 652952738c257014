"""What is sorted so that a request costs by what it names: memory beside the state, made again whenever it is gone."""
