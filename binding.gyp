# Compiler settings of Node's own build are taken out again, so that every Node version builds the same addon.
# CMakeLists.txt builds it too; both read native/sources.txt.
{
  'targets': [{
    'target_name': 'cresset',
    'sources': ['<!@(node -p "require(\'fs\').readFileSync(\'native/sources.txt\', \'utf8\').split(/\\s+/).filter(Boolean).map((file) => \'native/\' + file).join(\' \')")'],
    'include_dirs': [
      'native',
      '<!(node -p "require(\'node-api-headers\').include_dir")',
      '<!(node -p "require(\'node-addon-api\').include_dir")',
    ],
    'defines': ['NAPI_VERSION=9', 'NAPI_CPP_EXCEPTIONS', 'NODE_ADDON_API_DISABLE_DEPRECATED', 'NDEBUG'],
    'cflags!': ['-O2', '-Wno-unused-parameter', '-fno-omit-frame-pointer'],
    'cflags': ['-O3', '-pthread', '-ffp-contract=off', '-fvisibility=hidden', '-Wall', '-Wextra', '-Wshadow'],
    'cflags_cc!': ['-fno-exceptions', '-fno-rtti', '-std=gnu++17', '-std=gnu++20'],
    'cflags_cc': ['-std=c++17', '-fexceptions', '-frtti', '-fvisibility-inlines-hidden'],
    'conditions': [
      ['OS=="linux"', {
        'ldflags': [
          '-pthread',
          '-static-libstdc++',
          '-static-libgcc',
          '-Wl,--gc-sections',
          # The pool's threads may outlive the worker that loaded the addon.
          '-Wl,-z,nodelete',
          '-Wl,--version-script=<(module_root_dir)/native/exports.map',
        ],
      }],
      ['OS=="mac"', {
        'xcode_settings': {
          'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
          'CLANG_CXX_LIBRARY': 'libc++',
          'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
          'GCC_ENABLE_CPP_RTTI': 'YES',
          'GCC_OPTIMIZATION_LEVEL': '3',
          'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
          'MACOSX_DEPLOYMENT_TARGET': '11.0',
          'OTHER_CFLAGS': ['-ffp-contract=off'],
        },
      }],
      ['OS=="win"', {
        'msvs_settings': {
          'VCCLCompilerTool': { 'ExceptionHandling': 1, 'AdditionalOptions': ['/std:c++17', '/fp:precise'] },
        },
      }],
    ],
  }],
}
