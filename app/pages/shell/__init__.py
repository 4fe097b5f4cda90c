"""The frame around every screen: routes, navigation, command palette, notification bell, first paint."""
