//! From the entities of single papers to the entities of the corpus.
