# Stands in for the file of the same name in Node's header package: a Node-API addon needs no more of it,
# and so a build downloads nothing.
{
  'target_defaults': {
    'default_configuration': 'Release',
    'configurations': { 'Release': {}, 'Debug': { 'cflags': ['-g'] } },
  },
}
