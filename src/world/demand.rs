//! What a request needs of each resource on average.
