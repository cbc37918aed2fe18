# Stand-in: the numbers of a release of ESP-IDF, as its own file of this name sets them.
set(IDF_VERSION_MAJOR 5)
set(IDF_VERSION_MINOR 5)
set(IDF_VERSION_PATCH 0)
