"""Orders in which what is typed at one instant can arrive: drawn, played, made smaller, written down."""
