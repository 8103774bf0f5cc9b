# Compiler settings of Node's own build are taken out again, so that every Node version builds the same addon.
# CMakeLists.txt builds it too; both take sources and flags from native/sources.txt and native/flags.json.
{
  'variables': { 'settings': 'node -p "const s = require(\'./scripts/native_settings.cjs\'); const all = (...a) => a.flat().join(\' \');' },
  'targets': [{
    'target_name': 'cresset',
    'sources': ['<!@(<(settings) all(s.sources)")'],
    'include_dirs': ['<!@(<(settings) all(s.include_dirs)")'],
    'defines': ['<!@(<(settings) all(s.flags.defines)")'],
    'cflags!': ['-O2', '-O3', '-Wno-unused-parameter', '-fno-omit-frame-pointer'],
    'cflags_cc!': ['-fno-exceptions', '-fno-rtti', '-std=gnu++17', '-std=gnu++20'],
    'cflags_cc': ['-pthread', '<!@(<(settings) all(s.flags.compile, s.flags.warnings)")'],
    'conditions': [
      ['OS=="linux"', { 'ldflags': ['<!@(<(settings) all(s.link(\'linux\'))")'] }],
      ['OS=="mac"', {
        'xcode_settings': {
          'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
          'CLANG_CXX_LIBRARY': 'libc++',
          'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
          'GCC_ENABLE_CPP_RTTI': 'YES',
          'GCC_OPTIMIZATION_LEVEL': '2',
          'MACOSX_DEPLOYMENT_TARGET': '11.0',
          'OTHER_CPLUSPLUSFLAGS': ['<!@(<(settings) all(s.flags.compile)")'],
          'OTHER_LDFLAGS': ['<!@(<(settings) all(s.link(\'mac\'))")'],
        },
      }],
      ['OS=="win"', {
        # cl.exe knows no vector attributes; clang-cl comes with Visual Studio.
        'msbuild_toolset': 'ClangCL',
        'msvs_settings': {
          'VCCLCompilerTool': {
            'ExceptionHandling': 1,
            'AdditionalOptions': ['<!@(<(settings) all(s.flags.compile_clang_cl)")'],
          },
        },
      }],
    ],
  }],
}
