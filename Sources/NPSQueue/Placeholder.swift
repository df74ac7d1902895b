enum NPSQueuePlaceholder {}
