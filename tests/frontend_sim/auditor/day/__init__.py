"""The second opinion of a lane, by days that were worked on paper."""
