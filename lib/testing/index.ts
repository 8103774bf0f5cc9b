export { type AssertCloseOptions, assert_close, type Comparable } from './assert_close';
