"""What is sent to PortaBilling's inlet, by whoever: hostile bodies by the thousand, and kills between commit and answer."""
