"""The edges: device feeds, files, reports. Each adapter turns an outside form into ours, or ours into one."""
