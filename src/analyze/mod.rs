//! Topics, ranks and layout of a built graph.
