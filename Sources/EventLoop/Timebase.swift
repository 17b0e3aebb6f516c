// Whoever runs on a loop speaks of its instants.
@_exported public import Timebase
