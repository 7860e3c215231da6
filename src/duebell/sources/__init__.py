"""The PortaBillings at work: what they send is taken, and read in its order by whoever knows its meaning."""
